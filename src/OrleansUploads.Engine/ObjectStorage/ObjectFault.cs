using System.Net;

namespace OrleansUploads.Engine.ObjectStorage;

public enum ObjectFault
{
    /// <summary>The exception does not come from the store; it is a mistake in the program.</summary>
    None,

    /// <summary>There is no object with the key, or it ends before the range.</summary>
    Missing,

    /// <summary>The object exists, and was to be stored only if it did not.</summary>
    Exists,

    /// <summary>The store asks for fewer requests.</summary>
    Throttled,

    /// <summary>The store does not answer, or answers that it cannot at the moment. The call may have had its effect.</summary>
    Unavailable,

    /// <summary>The store has no room, or a quota is used up.</summary>
    Full,

    /// <summary>The store refuses the call and will refuse it again: wrong credentials, no such bucket, or a request that it does not
    /// understand.</summary>
    Refused,
}

public static class ObjectFaults
{
    /// <summary>The fault of a status, where no code of the store says more.</summary>
    public static ObjectFault Of(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound or HttpStatusCode.RequestedRangeNotSatisfiable => ObjectFault.Missing,
        HttpStatusCode.PreconditionFailed => ObjectFault.Exists,
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => ObjectFault.Throttled,
        HttpStatusCode.InsufficientStorage => ObjectFault.Full,
        HttpStatusCode.NotImplemented => ObjectFault.Refused,

        // Two writers of one key at the same time conflict.
        HttpStatusCode.Conflict or HttpStatusCode.RequestTimeout => ObjectFault.Unavailable,
        >= HttpStatusCode.InternalServerError or 0 => ObjectFault.Unavailable,
        _ => ObjectFault.Refused,
    };
}
