namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>A cluster of its own in a storage account.</summary>
/// <param name="ConnectionString">The storage account.</param>
public sealed record AzureCluster(string ConnectionString)
{
    /// <summary>Its cluster ID and service ID. All clusters of an account share the tables.</summary>
    public string Name { get; } = $"tests-{Guid.NewGuid():N}";
}
