using System.Runtime.CompilerServices;

// As src/Alice.ML/Trainers/FriendAccess.cs: the reading of rows is measured below ML.NET's public surface.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
