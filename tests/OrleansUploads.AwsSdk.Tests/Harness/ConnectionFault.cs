namespace OrleansUploads.AwsSdk.Tests.Harness;

/// <summary>What happens to a connection after a number of bytes.</summary>
internal readonly record struct ConnectionFault
{
    private ConnectionFault(long? cutRequest = null, long? stallRequest = null, long? cutResponse = null) =>
        (CutRequestAfter, StallRequestAfter, CutResponseAfter) = (cutRequest, stallRequest, cutResponse);

    /// <summary>Number of bytes of the request after which the connection is reset.</summary>
    public long? CutRequestAfter { get; }

    /// <summary>Number of bytes of the request after which the server gets nothing more.</summary>
    public long? StallRequestAfter { get; }

    /// <summary>Number of bytes of the response after which the connection is reset.</summary>
    public long? CutResponseAfter { get; }

    /// <summary>The server gets only the beginning of the request.</summary>
    public static ConnectionFault CutRequest(long afterBytes) => new(cutRequest: afterBytes);

    /// <summary>The server waits for the rest of the request.</summary>
    public static ConnectionFault StallRequest(long afterBytes) => new(stallRequest: afterBytes);

    /// <summary>The server has done its work, and the client gets only the beginning of the answer.</summary>
    public static ConnectionFault CutResponse(long afterBytes) => new(cutResponse: afterBytes);
}
