using System.Runtime.CompilerServices;

// As in Alice.ML.Models, where the attribute is.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]

