using Orleans.Serialization;

namespace OrleansUploads.Cluster.Tests.Storage;

/// <summary>The default serializer of Orleans' storage providers: JSON, with bytes as base64.</summary>
internal static class DefaultSerializer
{
    public static IGrainStorageSerializer Instance { get; } = new JsonGrainStorageSerializer(
        new ServiceCollection()
            .AddSerializer()
            .AddSingleton<OrleansJsonSerializer>()
            .BuildServiceProvider()
            .GetRequiredService<OrleansJsonSerializer>());
}
