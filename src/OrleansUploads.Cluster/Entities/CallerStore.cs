using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Cluster.Entities;

/// <summary>Says with a call of a grain in which store the process that calls keeps its bytes.</summary>
internal static class CallerStore
{
    private const string ContextName = "ou-store";

    /// <summary>Announces the store with each call that follows in this flow.</summary>
    public static void Announce(IPartStore parts)
    {
        if (parts is OwnedPartStore { Ownership.Incarnation: { } incarnation })
        {
            RequestContext.Set(ContextName, incarnation);
        }
    }

    /// <summary>Whether it is the store of this silo. A process without a store may call any silo.</summary>
    public static bool Is(IPartStore parts) => RequestContext.Get(ContextName) is not string store
        || parts is not OwnedPartStore { Ownership.Incarnation: { } own } || own == store;
}
