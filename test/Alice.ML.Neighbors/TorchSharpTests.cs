using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.TorchSharp;
using Microsoft.ML.TorchSharp.AutoFormerV2;
using Microsoft.ML.TorchSharp.NasBert;
using Mono.Cecil;
using static TorchSharp.torch;

namespace Alice.ML.Neighbors;

/// <summary>Microsoft.ML.TorchSharp 0.23.1, which was built for TorchSharp 0.102.7, in the process of Alice.ML, which
/// brings 0.107. What README says of the two is tested here, so that a new version of either is noticed.</summary>
/// <remarks>Fit of its trainers downloads weights before anything else: networks are made here without it.</remarks>
[TestClass]
public sealed class TorchSharpTests
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Alice_trains_the_same_model_before_and_after_a_layer_of_it_runs()
    {
        var data = Row.View(_ml, 200);
        var before = Fit(data);
        Assert.IsGreaterThan(0.8, _ml.Regression.Evaluate(before, nameof(Row.Number)).RSquared);

        Assert.IsNotNull(_ml.MulticlassClassification.Trainers.ObjectDetection());
        Assert.IsNotNull(_ml.MulticlassClassification.Trainers.TextClassification());
        using (var layer = new MLP(Row.Inputs, 8, 1, 0))
        {
            float[][] rows = [.. data.GetColumn<float[]>(nameof(Row.Features))];
            using var scope = NewDisposeScope();
            var inputs = tensor(rows.SelectMany(row => row).ToArray(), 1, rows.Length, Row.Inputs);
            inputs.requires_grad = true;
            layer.forward(inputs).sum().backward();
            Assert.IsGreaterThan(0f, inputs.grad!.abs().sum().item<float>());
        }

        CollectionAssert.AreEqual(Scores(before), Scores(Fit(data)));
    }

    [TestMethod]
    public void Its_object_detection_needs_what_TorchSharp_no_longer_has()
    {
        var path = typeof(TorchSharpCatalog).Assembly.Location;
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(Path.GetDirectoryName(path));
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        using var module = ModuleDefinition.ReadModule(path, new ReaderParameters { AssemblyResolver = resolver });
        var used = module.GetMemberReferences()
            .Where(member => member.DeclaringType.GetElementType().Scope.Name == "TorchSharp").ToArray();
        Assert.IsNotEmpty(used);
        var gone = used.Where(member => member.Resolve() is null).Select(member => member.FullName).ToHashSet();
        Assert.AreEqual("interpolate", used.Single(member => gone.Contains(member.FullName)).Name);

        var users = module.GetTypes().Where(type => type.Methods.Any(method => method.HasBody
            && method.Body.Instructions.Any(
            i => i.Operand is MethodReference called && gone.Contains(called.FullName))));
        foreach (var user in users)
            Assert.AreEqual(typeof(ObjectDetectionTrainer).Namespace, user.Namespace, user.Name);
    }

    /// <summary>What initialises its weights disposes of what TorchSharp's functions in nn.init give back: since then
    /// the weight itself.</summary>
    [TestMethod]
    public void Its_text_networks_lose_their_weights_when_they_are_made()
    {
        Fit(Row.View(_ml, 50)); // loads libtorch
        var type = typeof(TextClassificationTrainer).Assembly
            .GetType("Microsoft.ML.TorchSharp.NasBert.Models.ModelForPrediction", throwOnError: true)!;
        using var network = (nn.Module)type.GetConstructors(Any).Single()
            .Invoke([new TextClassificationTrainer.TextClassificationOptions(), 1, 100, 3]);
        var forward = type.GetMethods(Any).First(method => method.Name == "forward");
        using var tokens = tensor(new long[] { 5, 6, 7, 8 }, 1, 4);
        var error = Assert.ThrowsExactly<TargetInvocationException>(
            () => forward.Invoke(network, [.. forward.GetParameters().Select((_, i) => i == 0 ? tokens : null)]));
        Assert.AreEqual("Tensor invalid -- empty handle.", error.InnerException!.Message);
    }

    [TestMethod]
    public void Its_trainers_can_be_derived_from_in_its_own_assembly_alone()
    {
        var trainers = typeof(TorchSharpCatalog).Assembly.GetTypes()
            .Where(type => type is { IsPublic: true, IsAbstract: true } && type.Name.Contains("Trainer`")).ToArray();
        Assert.IsNotEmpty(trainers);
        foreach (var trainer in trainers)
            Assert.IsTrue(trainer.GetConstructors(Any).All(c => c.IsAssembly || c.IsFamilyAndAssembly), trainer.Name);
    }

    private IDataView Fit(IDataView data) => Row.Pipeline(_ml, "regression").Fit(data).Transform(data);

    private static float[] Scores(IDataView scored) => [.. scored.GetColumn<float>("Score")];
}
