namespace OrleansUploads.Cluster.Hosting;

/// <summary>Names under which a silo finds what it is given.</summary>
public static class ClusterNames
{
    /// <summary>The grain storage provider for the entities' journals.</summary>
    public const string GrainStorage = "orleans-uploads";
}
