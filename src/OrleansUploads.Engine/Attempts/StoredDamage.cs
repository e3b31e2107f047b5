namespace OrleansUploads.Engine.Attempts;

/// <summary>Says which stored bytes are damaged. The message names the file or object, because an operator has to restore it.</summary>
internal static class StoredDamage
{
    private const string InStore = " in the part store: ";

    /// <summary>The damage of an attempt.</summary>
    /// <param name="what">What is wrong, without a full stop.</param>
    public static AttemptDamagedException Of(UploadId upload, AttemptId attempt, string what, Exception? inner = null) =>
        new($"{StoredNames.PathOf(upload, attempt)}{InStore}{what}.", inner) { IsUncommitted = what == AttemptFooter.Uncommitted };

    /// <summary>The damage of a manifest.</summary>
    /// <param name="what">What is wrong, without a full stop.</param>
    public static AttemptDamagedException OfManifest(UploadId upload, string what) =>
        new($"{StoredNames.PathOfManifest(upload)}{InStore}{what}.");

    /// <summary>What is wrong, for a report that names the file itself.</summary>
    public static string WhatOf(AttemptDamagedException damaged)
    {
        var message = damaged.Message.TrimEnd('.');
        return message.IndexOf(InStore, StringComparison.Ordinal) is >= 0 and var at ? message[(at + InStore.Length)..] : message;
    }
}
