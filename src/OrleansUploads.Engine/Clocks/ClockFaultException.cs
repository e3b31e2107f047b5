using System.Globalization;
using OrleansUploads.Core.Messages.Service;

namespace OrleansUploads.Engine.Clocks;

/// <summary>Tells an operator that the clock is not trusted. Nobody throws it: serving goes on.</summary>
/// <param name="fault">What is wrong.</param>
public sealed class ClockFaultException(ClockFault fault) : Exception(Describe(fault))
{
    /// <summary>What is wrong, and what to do.</summary>
    public static string Describe(ClockFault fault)
    {
        var how = fault.Kind == ClockFaultKind.BehindJournal
            ? "and the journal has a later time already, "
            : "and by the time since the start of the machine it should have been ";
        return "The clock is not trusted: it showed " + Format(fault.Shown) + ", " + how + Format(fault.Expected)
            + ". Nothing expires and no bytes are collected. Set the clock right, then say so: orleans-uploads clock accept";
    }

    private static string Format(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
