using OrleansUploads.Core.Hashing;

namespace OrleansUploads.Client.Models;

/// <summary>Bytes of a finished job's output, to be read once and disposed of.</summary>
public sealed class JobOutput : IDisposable
{
    private readonly HttpResponseMessage _response;

    internal JobOutput(HttpResponseMessage response, Stream body)
    {
        _response = response;
        Body = body;
    }

    /// <summary>The bytes, straight from the connection. Not verified; compare with <see cref="TreeHash"/>.</summary>
    public Stream Body { get; }

    /// <summary>How many bytes follow; null where the server does not say.</summary>
    public long? LengthBytes => _response.Content.Headers.ContentLength;

    /// <summary>The media type, without parameters.</summary>
    public string? ContentType => _response.Content.Headers.ContentType?.MediaType;

    /// <summary>Which bytes of the output these are; null for all of it.</summary>
    public ByteRange? Range { get; internal init; }

    /// <summary>Tree hash of these bytes; null for inventories and for ranges that are not tree-hash aligned.</summary>
    public TreeHash? TreeHash { get; internal init; }

    /// <summary>The archive's description; null for none.</summary>
    public string? ArchiveDescription { get; internal init; }

    /// <summary>Ends the transfer.</summary>
    public void Dispose()
    {
        Body.Dispose();
        _response.Dispose();
    }
}
