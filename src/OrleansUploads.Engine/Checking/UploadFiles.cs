using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.DataFolders;

namespace OrleansUploads.Engine.Checking;

/// <summary>Paths of the files of an upload, relative to the data folder. They have slashes on every operating system.</summary>
internal static class UploadFiles
{
    /// <summary>The folder of the upload.</summary>
    public static string Folder(UploadId upload) =>
        $"{DataFolder.PartsFolder}/{StoredNames.FanOutName(StoredNames.FanOutOf(upload))}/{StoredNames.Of(upload)}";

    /// <summary>The file of an attempt.</summary>
    public static string Attempt(UploadId upload, AttemptId attempt) => $"{Folder(upload)}/{StoredNames.Of(attempt)}";

    /// <summary>The manifest.</summary>
    public static string Manifest(UploadId upload) => $"{Folder(upload)}/{StoredNames.Manifest}";
}
