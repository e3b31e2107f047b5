using System.Text.Json.Serialization;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Values;
using static OrleansUploads.Engine.Contracts.NamedShape;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The events, commands and answers of the routes of an ordered index.</summary>
internal static class KeyRoutesContract
{
    /// <summary>The table.</summary>
    public static EntityContract<KeyRoutesCommand, KeyRoutesEvent> Table { get; } = new(EntityKind.KeyRoutes, KeyRoutesJson.Default)
    {
        Events =
        [
            Named<RouteAdded>("route-added.1"),
            Named<RouteRemoved>("route-removed.1"),
            Named<RoutesSnapshot>("routes-snapshot.1"),
        ],
        Commands =
        [
            Named<AddRoute>("add-route.1"),
            Named<RemoveRoute>("remove-route.1"),
            Named<FindRoute>("find-route.1"),
        ],
        Answers =
        [
            Named<KeyRoute>("key-route.1"),
        ],
    };
}

/// <summary>Generated JSON metadata of the types in <see cref="KeyRoutesContract"/>.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(RouteAdded))]
[JsonSerializable(typeof(RouteRemoved))]
[JsonSerializable(typeof(RemoveRoute))]
[JsonSerializable(typeof(RoutesSnapshot))]
[JsonSerializable(typeof(AddRoute))]
[JsonSerializable(typeof(FindRoute))]
[JsonSerializable(typeof(KeyRoute))]
internal sealed partial class KeyRoutesJson : JsonSerializerContext;
