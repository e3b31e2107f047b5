using System.Globalization;
using OrleansUploads.Core.Service;

namespace OrleansUploads.Engine.Clocks;

/// <summary>The text about a clock fault, for operators.</summary>
public static class ClockFaultText
{
    /// <summary>Describes a clock fault and what to do about it.</summary>
    public static string Describe(ClockFault fault)
    {
        var reason = fault.Kind == ClockFaultKind.BehindJournal
            ? "but the journal already contains the later time "
            : "but according to the time since the machine started it should have shown ";
        return "The clock is not trusted: it showed " + Format(fault.Shown) + ", " + reason + Format(fault.Expected)
            + ". Nothing expires and no bytes are collected. Correct the clock, then run 'orleans-uploads clock accept', in a cluster "
            + "'orleans-uploads-silo clock accept'.";
    }

    /// <summary>An instant in UTC, in whole seconds.</summary>
    public static string Format(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
