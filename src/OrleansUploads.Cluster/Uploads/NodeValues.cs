using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Cluster.Uploads;

/// <summary>Converts values of the rules to those that ingestion nodes know.</summary>
internal static class NodeValues
{
    /// <summary>Where the bytes of an upload are stored.</summary>
    public static UploadStorage StorageOf(ByteStorage storage) => storage switch
    {
        ByteStorage.Gateway => UploadStorage.Gateway,
        ByteStorage.External => UploadStorage.External,
    };

    /// <summary>The stage of an upload.</summary>
    public static UploadStage StageOf(UploadPhase phase) => phase switch
    {
        UploadPhase.Open => UploadStage.Open,
        UploadPhase.Completed => UploadStage.Completed,
        UploadPhase.Aborted => UploadStage.Aborted,
        UploadPhase.Expired => UploadStage.Expired,
    };
}
