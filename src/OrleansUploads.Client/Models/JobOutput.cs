namespace OrleansUploads.Client.Models;

/// <summary>The output of a finished job. Read <see cref="Body"/> once, then dispose of this object.</summary>
public sealed class JobOutput : IDisposable
{
    private readonly HttpResponseMessage _response;

    internal JobOutput(HttpResponseMessage response, Stream body)
    {
        _response = response;
        Body = body;
    }

    /// <summary>The bytes, streamed from the connection. They are not verified; compare their tree hash with
    /// <see cref="TreeHash"/>.</summary>
    public Stream Body { get; }

    /// <summary>The number of bytes in <see cref="Body"/>, or null if the server did not return it.</summary>
    public long? LengthBytes => _response.Content.Headers.ContentLength;

    /// <summary>The media type, without parameters.</summary>
    public string? ContentType => _response.Content.Headers.ContentType?.MediaType;

    /// <summary>The range of the output that <see cref="Body"/> contains, or null for the whole output.</summary>
    public ByteRange? Range { get; internal init; }

    /// <summary>The tree hash of these bytes, or null for inventories and for ranges that are not tree-hash aligned.</summary>
    public TreeHash? TreeHash { get; internal init; }

    /// <summary>The archive's description, or null for none.</summary>
    public string? ArchiveDescription { get; internal init; }

    /// <summary>Ends the transfer and releases the connection.</summary>
    public void Dispose()
    {
        Body.Dispose();
        _response.Dispose();
    }
}
