// As in a notebook, each package stays in its own folder. build/clean-room.sh fills in SOURCE and VERSION.
#i "nuget: SOURCE"
#r "nuget: Alice.ML, VERSION"
#r "nuget: TorchSharp-cpu, 0.107.0"

open System
open Microsoft.ML
open Microsoft.ML.Data
open Alice.ML

[<CLIMutable>]
type House = { Size: float32; Rooms: float32; Price: float32 }

[<CLIMutable>]
type Estimate = { Score: float32 }

let ml = MLContext(seed = 1)
let random = Random 1

let houses =
    List.init 500 (fun _ ->
        let size, rooms = float32 (random.Next(40, 250)), float32 (random.Next(1, 8))
        { Size = size; Rooms = rooms; Price = 50f + 2f * size + 15f * rooms })

let model =
    EstimatorChain()
        .Append(ml.Transforms.Concatenate("Features", "Size", "Rooms"))
        .Append(ml.Regression.Trainers.Alice(labelColumnName = "Price", numberOfEpochs = 100))
        .Fit(ml.Data.LoadFromEnumerable houses)

let engine = ml.Model.CreatePredictionEngine<House, Estimate> model
let price = engine.Predict { Size = 120f; Rooms = 4f; Price = 0f }
printfn "%g" price.Score
