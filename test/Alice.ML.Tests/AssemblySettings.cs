// Two cores: tests of numerics run side by side; tests that count live tensors or start processes say DoNotParallelize.
[assembly: Parallelize(Workers = 2, Scope = ExecutionScope.ClassLevel)]
