using System.Net;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Gateway.Notifications;

namespace OrleansUploads.Cli.Serving;

/// <summary>What <c>serve</c> was told.</summary>
internal sealed record ServerOptions
{
    public required string DataFolder { get; init; }

    public required IPEndPoint Listen { get; init; }

    public required AccountId Account { get; init; }

    public required string Region { get; init; }

    /// <summary>PEM file; null for plain HTTP.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>PEM file; null for plain HTTP.</summary>
    public string? CertificateKeyPath { get; init; }

    /// <summary>Who is told of the end of jobs.</summary>
    public TopicReceivers Receivers { get; init; } = TopicReceivers.None;

    public bool Anonymous { get; init; }

    public bool Quiet { get; init; }

    public required EmbeddedEngineOptions Engine { get; init; }
}
