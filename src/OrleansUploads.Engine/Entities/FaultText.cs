namespace OrleansUploads.Engine.Entities;

/// <summary>Describes exceptions in one line of a log.</summary>
public static class FaultText
{
    /// <summary>Maximum length of a description in characters.</summary>
    public const int MaxLength = 500;

    /// <summary>Whether an exception, or the direct cause of an exception that reports an entity as unavailable, indicates a bug. Its
    /// stack belongs in the log.</summary>
    public static bool IsBug(Exception fault)
    {
        var cause = fault is EntityUnavailableException { InnerException: { } inner } ? inner : fault;
        return cause is ArgumentException or ArithmeticException or NullReferenceException or InvalidCastException
            or IndexOutOfRangeException or (InvalidOperationException and not ObjectDisposedException);
    }

    /// <summary>Returns the messages of an exception and of its causes, outermost first. Messages that an outer one contains are
    /// omitted.</summary>
    public static string Describe(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return Describe(fault.Message, fault.InnerException);
    }

    /// <summary>Does what <see cref="Describe(Exception)"/> does, for an exception of an entity whose name the reader knows.</summary>
    public static string DescribeReason(EntityUnavailableException fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return Describe(fault.Reason, fault.InnerException);
    }

    private static string Describe(string outermost, Exception? inner)
    {
        var text = OneLine(outermost);
        for (var cause = inner; cause is not null && text.Length < MaxLength; cause = cause.InnerException)
        {
            var message = OneLine(cause.Message);
            if (!text.Contains(message, StringComparison.Ordinal))
            {
                text = text.Length == 0 ? message : $"{text} Cause: {message}";
            }
        }

        return text.Length <= MaxLength ? text : $"{text[..(MaxLength - 1)]}…";
    }

    private static string OneLine(string message) =>
        string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
