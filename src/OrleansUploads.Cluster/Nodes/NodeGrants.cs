using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using OrleansUploads.Cluster.Tls;

namespace OrleansUploads.Cluster.Nodes;

/// <summary>The ingestion nodes that may connect, from a file. A change takes effect within two seconds, also for nodes that are
/// connected. A file that cannot be read is reported, and the grants from before stay.</summary>
public sealed partial class NodeGrants
{
    private readonly RenewableFiles<FrozenDictionary<string, NodeGrant>>? _file;
    private readonly ILogger _log;

    /// <param name="path">The file, or null if no node may connect.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives an error if the file cannot be read.</param>
    /// <exception cref="InvalidDataException">The file is not valid; the message says why.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public NodeGrants(string? path, TimeProvider time, ILogger<NodeGrants> log)
    {
        _log = log;
        if (path is not null)
        {
            _file = new RenewableFiles<FrozenDictionary<string, NodeGrant>>(
                [path], contents => NodesDocument.Parse(path, contents[0]), time, Report);
        }
    }

    /// <summary>Why the file as it is now cannot be used, or null. This looks at the file, as <see cref="Find"/> does.</summary>
    public string? Problem
    {
        get
        {
            _ = _file?.Current;
            return _file?.Problem;
        }
    }

    /// <summary>Finds a node by the subject of its certificate, or returns null.</summary>
    public NodeGrant? Find(string subject) => _file?.Current.GetValueOrDefault(subject);

    private void Report(string? problem)
    {
        if (problem is null)
        {
            LogReadable(_log);
        }
        else
        {
            LogUnreadable(_log, problem);
        }
    }

    [LoggerMessage(3030, LogLevel.Error, "The list of ingestion nodes cannot be read, and the one from before stays in use: {Reason}")]
    private static partial void LogUnreadable(ILogger log, string reason);

    [LoggerMessage(3031, LogLevel.Information, "The list of ingestion nodes can be read again")]
    private static partial void LogReadable(ILogger log);
}
