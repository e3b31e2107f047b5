using Orleans.Serialization.Session;

namespace OrleansUploads.Cluster.Nodes;

/// <summary>The messages of an ingestion node to the silos. They are requests in its own name; others are dropped.</summary>
/// <param name="own">The ID that the node's client has chosen for itself.</param>
/// <param name="marked">Its ID for the silos.</param>
/// <param name="sessions">Orleans' serializer sessions.</param>
internal sealed class NodeRequests(GrainId own, GrainId marked, SerializerSessionPool sessions) : NodeFrames(sessions)
{
    private const uint SystemMessage = 1u << 0;
    private const uint CacheInvalidation = 1u << 7;
    private const int DirectionShift = 16;
    private const uint DirectionMask = 0xF;
    private const uint Request = 1;

    /// <summary>Several times what a report of a thousand parts needs.</summary>
    protected override int MaxBodyBytes => 8 << 20;

    /// <inheritdoc/>
    protected override bool Translate(ref uint flags, ref GrainId sender, ref GrainId target)
    {
        // Silos take hints about where grains are from messages that they pass on. Clients have no such hints to give. Nodes are no
        // grains, so they have nothing to respond to, and no business with other clients.
        var isRequest = ((flags >> DirectionShift) & DirectionMask) == Request;
        if (!isRequest || (flags & CacheInvalidation) != 0 || NodeIdentity.IsClient(target.Type))
        {
            return false;
        }

        sender = Replace(sender, own, marked)
            ?? throw new InvalidDataException($"A message of client {own} states that {sender} sent it.");
        flags &= ~SystemMessage;
        return true;
    }
}
