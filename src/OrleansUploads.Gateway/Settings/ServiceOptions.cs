using OrleansUploads.Engine;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Glacier.Notifications;

namespace OrleansUploads.Gateway.Settings;

/// <summary>The options that a single server and a silo share. <see cref="ServiceSettings"/> reads them from texts.</summary>
public sealed class ServiceOptions
{
    /// <summary>Options of the engine.</summary>
    public EngineOptions Engine { get; set; } = new();

    /// <summary>Whether large parts are written past the page cache.</summary>
    public DirectIo DirectIo { get; set; }

    /// <summary>Options of the gateway.</summary>
    public GatewayOptions Gateway { get; set; } = new();

    /// <summary>The receivers of notifications about finished jobs.</summary>
    public TopicReceivers Receivers { get; set; } = TopicReceivers.None;

    /// <summary>How the log is written.</summary>
    public LogFormat LogFormat { get; set; }
}
