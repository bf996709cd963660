using Alice.ML.Samples;
using Alice.ML.Samples.Files;

using var signals = new StopSignals();
Console.SetError(new ForgivingWriter(Console.Error));
return await CommandLine.RunAsync(args, Console.Out, Console.Error, signals.Token);
