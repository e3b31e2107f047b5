namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>Versions of objects, in buckets without versioning.</summary>
internal static class ObjectVersion
{
    /// <summary>The ID of the only version that an object has.</summary>
    public const string Only = "null";
}
