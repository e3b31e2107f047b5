namespace OrleansUploads.Gateway.Http.Bodies;

/// <summary>The server stopped waiting for the rest of a body. Nothing of the body was stored.</summary>
/// <param name="minBytesPerSecond">The rate that the body fell short of, or null if no byte arrived for too long, or if the read was
/// canceled because other clients needed its place.</param>
internal sealed class BodyTimeoutException(double? minBytesPerSecond = null) : IOException("The body arrived too slowly.")
{
    /// <summary>The rate in bytes per second that the body fell short of, or null if no byte arrived for too long, or if the read was
    /// canceled because other clients needed its place.</summary>
    public double? MinBytesPerSecond { get; } = minBytesPerSecond;
}
