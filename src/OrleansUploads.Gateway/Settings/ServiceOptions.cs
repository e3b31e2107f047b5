using OrleansUploads.Engine;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.Gateway.Glacier.Notifications;

namespace OrleansUploads.Gateway.Settings;

/// <summary>The options that a single server and a silo share. <see cref="ServiceSettings"/> reads them from texts.</summary>
public sealed class ServiceOptions
{
    /// <summary>Options of the engine.</summary>
    public EngineOptions Engine { get; set; } = new();

    /// <summary>The object store of the bytes, or null for a folder.</summary>
    public StorageAddress? Parts { get; set; }

    /// <summary>The address of the service of <see cref="Parts"/>, or null for the one that its SDK knows.</summary>
    public Uri? PartsEndpoint { get; set; }

    /// <summary>The region of <see cref="Parts"/>, or null for the one that its SDK finds.</summary>
    public string? PartsRegion { get; set; }

    /// <summary>The whole address of the bytes in an object store, or null for a folder.</summary>
    public StorageAddress? PartsAddress => Parts is null ? null : Parts with { Endpoint = PartsEndpoint, Region = PartsRegion };

    /// <summary>Whether large parts are written past the page cache.</summary>
    public DirectIo DirectIo { get; set; }

    /// <summary>Options of the gateway.</summary>
    public GatewayOptions Gateway { get; set; } = new();

    /// <summary>The receivers of notifications about finished jobs.</summary>
    public TopicReceivers Receivers { get; set; } = TopicReceivers.None;

    /// <summary>How the log is written.</summary>
    public LogFormat LogFormat { get; set; }
}

/// <summary>How log messages are written to standard error.</summary>
public enum LogFormat
{
    /// <summary>A line of text for each message, for people.</summary>
    Text,

    /// <summary>A JSON object in a line for each message, for programs.</summary>
    Json,
}
