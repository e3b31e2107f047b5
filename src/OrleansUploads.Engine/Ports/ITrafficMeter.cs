namespace OrleansUploads.Engine.Ports;

/// <summary>Measures what this process receives from clients and sends to them.</summary>
public interface ITrafficMeter
{
    /// <summary>The rate of the last full minute.</summary>
    TrafficRate Rate { get; }
}

/// <summary>The bytes of bodies for each second.</summary>
/// <param name="Received">What clients sent.</param>
/// <param name="Sent">What was sent to clients.</param>
public readonly record struct TrafficRate(long Received, long Sent);
