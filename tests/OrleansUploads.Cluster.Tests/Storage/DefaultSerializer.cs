using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Storage;

namespace OrleansUploads.Cluster.Tests.Storage;

/// <summary>The serializer that Orleans' storage providers use unless they are told otherwise: JSON, with bytes as base64.</summary>
internal static class DefaultSerializer
{
    public static IGrainStorageSerializer Instance { get; } = new JsonGrainStorageSerializer(
        new ServiceCollection()
            .AddSerializer()
            .AddSingleton<OrleansJsonSerializer>()
            .BuildServiceProvider()
            .GetRequiredService<OrleansJsonSerializer>());
}
