namespace OrleansUploads.Cluster.Nodes;

/// <summary>The first message of a connection, in which a client states its ID. It has the same members as Orleans' own type, which is not
/// public; Orleans' format identifies members by their numbers.</summary>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.ClientPreamble")]
internal sealed class ClientPreamble
{
    /// <summary>The version of the protocol.</summary>
    [Id(0)]
    public ProtocolVersion Version { get; set; }

    /// <summary>The ID of the client.</summary>
    [Id(1)]
    public GrainId Client { get; set; }

    /// <summary>The address of the sender, if it is a silo.</summary>
    [Id(2)]
    public SiloAddress? Silo { get; set; }

    /// <summary>The ID of the cluster.</summary>
    [Id(3)]
    public string? ClusterId { get; set; }
}

/// <summary>A version of Orleans' protocol. All values are passed on.</summary>
[GenerateSerializer]
internal enum ProtocolVersion : byte
{
    /// <summary>The value that is not sent.</summary>
    None = 0,
}
