using System.Text;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Networks;

/// <summary>Nested brackets of three kinds: to tell which may close, a network remembers what is open.</summary>
internal sealed class BracketsTask() : TextTask("([{)]}")
{
    public override string Name => "LSTM";

    public override string Description =>
        "an embedding, an LSTM of 48 units, one linear layer; the next of nested brackets of three kinds, 32 "
            + "characters, minibatches of 32";

    protected override int Length => 32;

    public override nn.Module<Tensor, Tensor> CreateNetwork() => new Network(Characters);

    protected override string Write(Random random)
    {
        var text = new StringBuilder();
        var open = new Stack<int>();
        while (text.Length <= Length)
            if (open.Count == 0 || (open.Count < 5 && random.Next(2) == 0))
            {
                open.Push(random.Next(3));
                text.Append("([{"[open.Peek()]);
            }
            else
                text.Append(")]}"[open.Pop()]);
        return text.ToString();
    }

    private sealed class Network : nn.Module<Tensor, Tensor>
    {
        private readonly Embedding _embedding;
        private readonly LSTM _layer;
        private readonly Linear _last;

        public Network(int characters) : base(nameof(Network))
        {
            _embedding = nn.Embedding(characters, 16);
            _layer = nn.LSTM(16, 48, batchFirst: true);
            _last = nn.Linear(48, characters);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var (outputs, _, _) = _layer.forward(_embedding.forward(input));
            return _last.forward(outputs);
        }
    }
}
