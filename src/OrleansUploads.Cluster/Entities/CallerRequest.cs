using OrleansUploads.Engine;

namespace OrleansUploads.Cluster.Entities;

/// <summary>Says with a call of a grain for which request of a client it is, so that the logs of all silos name it.</summary>
internal static class CallerRequest
{
    private const string ContextName = "ou-request";

    /// <summary>Announces the request with each call that follows in this flow.</summary>
    public static void Announce()
    {
        var id = CurrentRequest.Id;
        if (RequestContext.Get(ContextName) as string == id)
        {
            return;
        }

        if (id is null)
        {
            RequestContext.Remove(ContextName);
        }
        else
        {
            RequestContext.Set(ContextName, id);
        }
    }

    /// <summary>Continues the request of the caller in this flow.</summary>
    public static void Continue() => CurrentRequest.Id = RequestContext.Get(ContextName) as string;
}
