namespace OrleansUploads.Cluster.Settings;

/// <summary>Names of services that are registered in a silo.</summary>
public static class ClusterNames
{
    /// <summary>The name of the grain storage provider for the entities' journals.</summary>
    public const string GrainStorage = "orleans-uploads";

    /// <summary>The name of the entity host that does not repeat commands.</summary>
    public const string DirectHost = "orleans-uploads-direct";
}
