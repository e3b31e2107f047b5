namespace OrleansUploads.Core.Parts;

/// <summary>Who keeps the bytes of an upload, and of the archive that it becomes. Chosen when the upload is initiated, and
/// never changed. The numbers are stored.</summary>
public enum Custody
{
    /// <summary>The part store: bytes come in and go out through the gateway. The default.</summary>
    Gateway = 0,

    /// <summary>Whoever uploads: parts are reported with the locations of their bytes, which never come here.</summary>
    Elsewhere = 1,
}
