namespace OrleansUploads.Core.Parts;

/// <summary>Where the bytes of an upload and its archive are stored. Chosen when the upload is initiated and never changed. The
/// values are stored: never change them.</summary>
public enum ByteStorage
{
    /// <summary>In the part store. Bytes are uploaded and downloaded through the gateway. The default.</summary>
    Gateway = 0,

    /// <summary>In external storage of the client. Parts are reported with the locations of their bytes, and the bytes never
    /// reach this server.</summary>
    External = 1,
}
