using OrleansUploads.Engine;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Gateway.Glacier.Notifications;

namespace OrleansUploads.Gateway.Settings;

/// <summary>Options of the whole service.</summary>
public sealed record ServiceOptions
{
    /// <summary>Options of the engine.</summary>
    public EngineOptions Engine { get; init; } = new();

    /// <summary>Options of the gateway.</summary>
    public GatewayOptions Gateway { get; init; } = new();

    /// <summary>Whether large parts are written past the page cache.</summary>
    public DirectIo DirectIo { get; init; }

    /// <summary>The receivers of notifications about finished jobs.</summary>
    public TopicReceivers Receivers { get; init; } = TopicReceivers.None;
}

/// <summary>How log messages are written to standard error.</summary>
public enum LogFormat
{
    /// <summary>A line of text for each message, for people.</summary>
    Text,

    /// <summary>A JSON object in a line for each message, for programs.</summary>
    Json,
}
