using System.Runtime.CompilerServices;

// Two cores: tests of numerics run side by side; tests that count live tensors or start processes say DoNotParallelize.
[assembly: Parallelize(Workers = 2, Scope = ExecutionScope.ClassLevel)]

// As src/Alice.ML/Trainers/FriendAccess.cs: tests make ML.NET's transformers around models that no trainer made.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
