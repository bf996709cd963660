using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.ML;

namespace Alice.ML.Samples;

/// <summary>A web service that predicts rents with a saved model, and takes each new model file.</summary>
internal static class Service
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Makes the service: POST /predict with {"district":"north","size":80}, and GET /health.</summary>
    /// <param name="file">The model, of <see cref="CsvToModel"/>. Replace it by a move: no half is read.</param>
    /// <param name="url">Where to listen, as in http://127.0.0.1:5000.</param>
    /// <param name="cancellation">Ends the watching of the file.</param>
    public static WebApplication Create(string file, string url, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var app = builder.Build();
        app.Urls.Add(url);

        var known = File.GetLastWriteTimeUtc(file);
        var model = new ServedModel(file);
        app.Lifetime.ApplicationStarted.Register(
            () => _ = WatchAsync(file, known, () => Volatile.Write(ref model, new(file)), app, cancellation));
        app.MapPost("/predict", (Flat flat) => Volatile.Read(ref model).Predict(flat));
        app.MapGet("/health", () => Results.Ok(new { model = Volatile.Read(ref model).Version }));
        return app;
    }

    private static async Task WatchAsync(
        string file, DateTime known, Action load, WebApplication app, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(_interval);
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
        {
            var now = File.GetLastWriteTimeUtc(file);
            if (now == known)
                continue;
            known = now;
            try
            {
                load();
            }
            catch (Exception exception) when (
                exception is IOException or FormatException or InvalidOperationException or InvalidDataException)
            {
                app.Logger.LogError(exception, "{File} is no model: the one before goes on", file);
            }
        }
    }
}

/// <summary>One loaded model. A prediction engine serves one request at a time, so each request has one.</summary>
internal sealed class ServedModel
{
    private readonly MLContext _ml = new();
    private readonly ConcurrentBag<PredictionEngine<Flat, Estimate>> _engines = [];
    private readonly ITransformer _model;

    public ServedModel(string file)
    {
        // All of it at once: the file may be replaced at any time.
        var bytes = File.ReadAllBytes(file);
        Version = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes))[..12];
        using var stream = new MemoryStream(bytes);
        _model = _ml.Model.Load(stream, out _);
    }

    /// <summary>Start of the file's hash.</summary>
    public string Version { get; }

    public Answer Predict(Flat flat)
    {
        if (!_engines.TryTake(out var engine))
            engine = _ml.Model.CreatePredictionEngine<Flat, Estimate>(_model);
        var rent = engine.Predict(flat).Score;
        _engines.Add(engine);
        return new Answer(rent, Version);
    }
}

/// <summary>What the service answers.</summary>
/// <param name="Rent">The prediction.</param>
/// <param name="Model">Which model made it.</param>
internal sealed record Answer(float Rent, string Model);
