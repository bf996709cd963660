using System.Buffers;
using System.Runtime.CompilerServices;
using Alice.ML.Models.Inputs;
using Microsoft.ML.Data;

namespace Alice.ML.Models.Networks;

/// <summary>
/// Networks whose outputs are averaged, each with or without an encoder before it. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// What is averaged are the outputs after their <see cref="OutputTransform"/>: numbers, rates, log-odds or
/// probabilities. The outputs are the same bits for dense and sparse features, for any thread, and on any processor
/// that has a fused multiply-add. With a preparation every row gives finite outputs; without one, in models of earlier
/// versions, a NaN among the features gives NaN. Nothing is allocated after the first rows.
/// </remarks>
internal sealed class NetworkEnsemble
{
    /// <summary>The most networks that an ensemble may have.</summary>
    public const int MaximumMembers = 1000;

    // Sparse rows stay sparse where no more than this share of the prepared values is stored.
    private const int SparseShare = 4;
    private const int StackFloats = 512;

    private readonly NetworkScorer[] _scorers;
    private readonly int _inputCount;

    /// <exception cref="ArgumentException">
    /// No members or more than <see cref="MaximumMembers"/>, members of different inputs, outputs or transforms, an
    /// encoder that does not give its network's inputs, a preparation that does not give the members', or ranges for
    /// another number of outputs.
    /// </exception>
    /// <param name="members">The networks.</param>
    /// <param name="preparation">What is done to the features before the members see them; null: nothing.</param>
    /// <param name="range">What holds the outputs of each member; null: nothing.</param>
    /// <param name="background">Rows of training that a score is explained against; null: none are known.</param>
    public NetworkEnsemble(
        IReadOnlyList<EnsembleMember> members, FeaturePreparation? preparation = null, OutputRanges? range = null,
        IReadOnlyList<VBuffer<float>>? background = null)
    {
        EnsembleMember[] copy = [.. members];
        if (Misfit(copy) is { } why)
            throw new ArgumentException(why, nameof(members));
        if (preparation is not null && preparation.OutputCount != copy[0].InputCount)
            throw new ArgumentException(
                $"The preparation gives {preparation.OutputCount} values, and the networks take {copy[0].InputCount}.",
                nameof(preparation));
        if (range is not null && range.Count != 1 && range.Count != copy[0].Network.OutputCount)
            throw new ArgumentException(
                $"There are {range.Count} ranges for {copy[0].Network.OutputCount} outputs.", nameof(range));
        Members = Array.AsReadOnly(copy);
        (Preparation, Range) = (preparation, range);
        _inputCount = preparation?.InputCount ?? copy[0].InputCount;
        Background = background ?? [];
        foreach (var row in Background)
            if (row.Length != _inputCount)
                throw new ArgumentException(
                    $"A background row has {row.Length} features, and the model {_inputCount}.", nameof(background));
        _scorers = Array.ConvertAll(copy,
            m => m.Encoder is null ? m.Network.Scorer : new NetworkScorer(m.Network, m.Encoder));
    }

    /// <summary>An ensemble of one network.</summary>
    public static implicit operator NetworkEnsemble(DenseNetwork network) => new([new EnsembleMember(network)]);

    public IReadOnlyList<EnsembleMember> Members { get; }

    /// <summary>What is done to the features before the members see them; null: nothing.</summary>
    public FeaturePreparation? Preparation { get; }

    /// <summary>What holds the outputs of each member near the labels of training; null: nothing.</summary>
    public OutputRanges? Range { get; }

    /// <summary>Features of a row.</summary>
    public int InputCount => _inputCount;

    /// <summary>Rows of training, as they came, that a score is explained against; none in models of layout versions
    /// before 5.</summary>
    public IReadOnlyList<VBuffer<float>> Background { get; }

    /// <summary>The same with other networks.</summary>
    public NetworkEnsemble With(IReadOnlyList<EnsembleMember> members) => new(members, Preparation, Range, Background);

    /// <summary>The same with other rows to explain a score against.</summary>
    public NetworkEnsemble WithBackground(IReadOnlyList<VBuffer<float>> rows) => new(Members, Preparation, Range, rows);

    public int OutputCount => Members[0].Network.OutputCount;

    public OutputTransform OutputTransform => Members[0].Network.OutputTransform;

    /// <summary>The mean of the members' outputs for one row of <see cref="InputCount"/> features.</summary>
    /// <param name="features">The row.</param>
    /// <param name="outputs">Room for <see cref="OutputCount"/> outputs.</param>
    /// <exception cref="ArgumentException">Another number of features, or less room.</exception>
    public void Forward(ReadOnlySpan<float> features, Span<float> outputs)
    {
        Check(features.Length, outputs.Length, outputs.Length);
        Run(features, [], outputs, []);
    }

    /// <inheritdoc cref="Forward(ReadOnlySpan{float}, Span{float})"/>
    public void Forward(in VBuffer<float> features, Span<float> outputs)
    {
        Check(features.Length, outputs.Length, outputs.Length);
        Run(features.GetValues(), features.GetIndices(), outputs, []);
    }

    /// <summary>The mean of the members' outputs for one row, and how much the members differ.</summary>
    /// <param name="features">The row.</param>
    /// <param name="outputs">Room for <see cref="OutputCount"/> outputs.</param>
    /// <param name="deviations">
    /// Room for as many sample standard deviations (divided by the members less one), 0 or more, at most
    /// <see cref="float.MaxValue"/>. A single member gives NaN.
    /// </param>
    /// <exception cref="ArgumentException">Another number of features, or less room.</exception>
    public void Forward(ReadOnlySpan<float> features, Span<float> outputs, Span<float> deviations)
    {
        Check(features.Length, outputs.Length, deviations.Length);
        Run(features, [], outputs, deviations);
    }

    /// <inheritdoc cref="Forward(ReadOnlySpan{float}, Span{float}, Span{float})"/>
    public void Forward(in VBuffer<float> features, Span<float> outputs, Span<float> deviations)
    {
        Check(features.Length, outputs.Length, deviations.Length);
        Run(features.GetValues(), features.GetIndices(), outputs, deviations);
    }

    /// <summary>Writes the layout that <see cref="NetworkEnsembleFormat"/> describes.</summary>
    public void Save(BinaryWriter writer) => NetworkEnsembleFormat.Save(this, writer);

    /// <inheritdoc cref="NetworkEnsembleFormat.Load"/>
    public static NetworkEnsemble Load(BinaryReader reader, long bytesLeft) =>
        NetworkEnsembleFormat.Load(reader, bytesLeft);

    private static string? Misfit(EnsembleMember[] members)
    {
        if (members.Length is 0 or > MaximumMembers)
            return $"An ensemble has 1 to {MaximumMembers} networks, not {members.Length}.";
        var first = members[0];
        foreach (var member in members)
        {
            if (member.Encoder is { } encoder && encoder.OutputCount != member.Network.InputCount)
                return $"The encoder gives {encoder.OutputCount} values, and its network takes "
                    + $"{member.Network.InputCount}.";
            if (member.InputCount != first.InputCount)
                return $"One network of the ensemble takes {first.InputCount} features, another {member.InputCount}.";
            if (member.Network.OutputCount != first.Network.OutputCount)
                return $"One network of the ensemble has {first.Network.OutputCount} outputs, another "
                    + $"{member.Network.OutputCount}.";
            if (member.Network.OutputTransform != first.Network.OutputTransform)
                return $"One network of the ensemble has the output transform {first.Network.OutputTransform}, "
                    + $"another {member.Network.OutputTransform}.";
        }
        return null;
    }

    private void Check(int features, int outputs, int deviations)
    {
        if (features != InputCount)
            throw new ArgumentException(
                $"The features have {features} values, but the model was trained with {InputCount}.");
        if (outputs < OutputCount || deviations < OutputCount)
            throw new ArgumentException($"The model has {OutputCount} outputs: there is less room.");
    }

    // As in a VBuffer: all values are given, or indices say which.
    [SkipLocalsInit]
    private void Run(
        ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> outputs, Span<float> deviations)
    {
        if (Preparation is null)
        {
            RunMembers(values, indices, outputs, deviations);
            return;
        }
        var isSparse = values.Length < InputCount;
        var stored = isSparse ? Preparation.MostStored(values.Length) : 0;
        var staysSparse = isSparse && stored * SparseShare <= Preparation.OutputCount;
        var size = staysSparse ? stored : Preparation.OutputCount;
        var rented = size > StackFloats ? ArrayPool<float>.Shared.Rent(size) : null;
        var prepared = (rented is null ? stackalloc float[StackFloats] : rented)[..size];
        try
        {
            if (staysSparse)
                RunSparse(values, indices, prepared, outputs, deviations);
            else
            {
                if (isSparse)
                {
                    prepared.Clear();
                    for (var k = 0; k < indices.Length; k++)
                        prepared[indices[k]] = values[k];
                }
                Preparation.Prepare(isSparse ? prepared[..InputCount] : values, prepared);
                RunMembers(prepared, [], outputs, deviations);
            }
        }
        finally
        {
            if (rented is not null)
                ArrayPool<float>.Shared.Return(rented);
        }
    }

    private void RunSparse(
        ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> prepared, Span<float> outputs,
        Span<float> deviations)
    {
        var rented = prepared.Length > StackFloats ? ArrayPool<int>.Shared.Rent(prepared.Length) : null;
        var places = (rented is null ? stackalloc int[StackFloats] : rented)[..prepared.Length];
        try
        {
            var count = Preparation!.Prepare(values, indices, prepared, places);
            RunMembers(prepared[..count], places[..count], outputs, deviations);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<int>.Shared.Return(rented);
        }
    }

    private void RunMembers(
        ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> outputs, Span<float> deviations)
    {
        outputs = outputs[..OutputCount];
        if (_scorers.Length == 1)
        {
            _scorers[0].Run(values, indices, outputs);
            Range?.Hold(outputs);
            deviations.Fill(float.NaN);
            return;
        }
        using var moments = new RunningMoments(outputs.Length, stackalloc double[RunningMoments.StackLength]);
        foreach (var scorer in _scorers)
        {
            scorer.Run(values, indices, outputs);
            Range?.Hold(outputs);
            moments.Add(outputs);
        }
        moments.GetMeans(outputs);
        if (!deviations.IsEmpty)
            moments.GetDeviations(deviations);
    }
}
