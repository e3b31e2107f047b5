using OrleansUploads.Engine;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Gateway.Glacier.Notifications;
using OrleansUploads.Gateway.Http.Events;

namespace OrleansUploads.Gateway.Settings;

public sealed record ServiceOptions
{
    public EngineOptions Engine { get; init; } = new();

    public GatewayOptions Gateway { get; init; } = new();

    /// <summary>How long a server in one process keeps in memory what no request uses. Silos do not read it.</summary>
    public EmbeddedHostOptions Host { get; init; } = new();

    /// <summary>Whether large parts are written past the page cache.</summary>
    public DirectIo DirectIo { get; init; }

    public TopicReceivers Receivers { get; init; } = TopicReceivers.None;

    /// <summary>Where the ends of multipart uploads are posted, or null. A program that registers its own <c>IUploadEvents</c> gets them
    /// instead.</summary>
    public EventTarget? Events { get; init; }
}

/// <summary>How log messages are written to standard error.</summary>
public enum LogFormat
{
    /// <summary>A line of text for each message, for people.</summary>
    Text,

    /// <summary>A JSON object in a line for each message, for programs.</summary>
    Json,
}
