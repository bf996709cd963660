using Alice.ML.Samples;

return await CommandLine.RunAsync(args, Console.Out, Console.Error);
