namespace OrleansUploads.Engine.Ports;

/// <summary>The clock by which entities decide.</summary>
public interface IServiceClock
{
    /// <summary>Reads the current time. Fast, and safe to call from any thread.</summary>
    ServiceTime Read();
}
