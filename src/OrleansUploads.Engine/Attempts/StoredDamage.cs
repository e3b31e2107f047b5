namespace OrleansUploads.Engine.Attempts;

/// <summary>Says which stored bytes are damaged. The message names the file or object, because an operator has to restore it.</summary>
internal static class StoredDamage
{
    /// <summary>The damage of an attempt.</summary>
    /// <param name="what">What is wrong, without a full stop.</param>
    public static AttemptDamagedException Of(UploadId upload, AttemptId attempt, string what, Exception? inner = null) =>
        new(MessageOf(StoredNames.PathOf(upload, attempt), what), inner) { What = what, IsUncommitted = what == AttemptFooter.Uncommitted };

    /// <summary>The damage of a manifest.</summary>
    /// <param name="what">What is wrong, without a full stop.</param>
    public static AttemptDamagedException OfManifest(UploadId upload, string what) =>
        new(MessageOf(StoredNames.PathOfManifest(upload), what)) { What = what };

    private static string MessageOf(string path, string what) => $"{path} in the part store: {what}.";
}
