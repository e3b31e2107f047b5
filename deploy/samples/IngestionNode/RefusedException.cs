using OrleansUploads.Cluster.Abstractions.Uploads;

namespace OrleansUploads.Samples.IngestionNode;

/// <summary>The cluster refused a call, and repeating it does not help.</summary>
internal sealed class RefusedException(UploadRefusal refusal) : Exception(refusal.Message)
{
    /// <summary>The kind of refusal.</summary>
    public UploadRefusalKind Kind { get; } = refusal.Kind;
}
