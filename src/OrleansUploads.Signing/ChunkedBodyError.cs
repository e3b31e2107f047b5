namespace OrleansUploads.Signing;

/// <summary>What is wrong with an aws-chunked body.</summary>
public enum ChunkedBodyError
{
    /// <summary>No error.</summary>
    None,

    /// <summary>The framing of a chunk is malformed.</summary>
    MalformedChunk,

    /// <summary>A chunk's signature is wrong.</summary>
    ChunkSignatureDiffers,

    /// <summary>The body ends before its last chunk, or the chunks have another length than was announced.</summary>
    Incomplete,

    /// <summary>A trailer is malformed, was not announced, or is missing.</summary>
    MalformedTrailer,

    /// <summary>The trailer's signature is missing or wrong.</summary>
    TrailerSignatureDiffers,
}
