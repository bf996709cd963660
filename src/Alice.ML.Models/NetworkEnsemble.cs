using System.Runtime.CompilerServices;
using Microsoft.ML.Data;

namespace Alice.ML.Models;

/// <summary>
/// Networks whose outputs are averaged, each with or without an encoder before it. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// What is averaged are the outputs after their <see cref="OutputTransform"/>: numbers, rates, log-odds or
/// probabilities. The outputs are the same bits for dense and sparse features, for any thread, and on any processor
/// that has a fused multiply-add. A NaN among the features gives NaN; finite features give finite outputs. Nothing is
/// allocated after the first rows.
/// </remarks>
internal sealed class NetworkEnsemble
{
    /// <summary>The most networks that an ensemble may have.</summary>
    public const int MaximumMembers = 1000;

    private readonly NetworkScorer[] _scorers;

    /// <exception cref="ArgumentException">
    /// No members or more than <see cref="MaximumMembers"/>, members of different inputs, outputs or transforms, or an
    /// encoder that does not give its network's inputs.
    /// </exception>
    public NetworkEnsemble(IReadOnlyList<EnsembleMember> members)
    {
        EnsembleMember[] copy = [.. members];
        if (Misfit(copy) is { } why)
            throw new ArgumentException(why, nameof(members));
        Members = Array.AsReadOnly(copy);
        _scorers = Array.ConvertAll(copy,
            m => m.Encoder is null ? m.Network.Scorer : new NetworkScorer(m.Network, m.Encoder));
    }

    /// <summary>An ensemble of one network.</summary>
    public static implicit operator NetworkEnsemble(DenseNetwork network) => new([new EnsembleMember(network)]);

    public IReadOnlyList<EnsembleMember> Members { get; }

    public int InputCount => Members[0].InputCount;

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
        if (_scorers.Length == 1)
        {
            _scorers[0].Run(values, indices, outputs);
            deviations.Fill(float.NaN);
            return;
        }
        outputs = outputs[..OutputCount];
        using var moments = new RunningMoments(outputs.Length, stackalloc double[RunningMoments.StackLength]);
        foreach (var scorer in _scorers)
        {
            scorer.Run(values, indices, outputs);
            moments.Add(outputs);
        }
        moments.GetMeans(outputs);
        if (!deviations.IsEmpty)
            moments.GetDeviations(deviations);
    }
}
