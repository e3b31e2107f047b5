namespace OrleansUploads.Silo.Tests.Harness;

internal enum TableFault
{
    None,

    /// <summary>429 without any effect.</summary>
    Throttle,

    /// <summary>503 without any effect.</summary>
    Busy,

    /// <summary>500 without any effect.</summary>
    Fail,

    /// <summary>403 without any effect, as when the account's key or the rights of the identity have changed.</summary>
    Refuse,

    /// <summary>The connection is cut without any effect.</summary>
    Cut,

    /// <summary>There is no effect and no answer until the client gives up.</summary>
    Hang,

    /// <summary>503 after the effect.</summary>
    BusyAfter,

    /// <summary>The connection is cut after the effect.</summary>
    CutAfter,

    /// <summary>There is no answer after the effect, until the client gives up.</summary>
    HangAfter,
}
