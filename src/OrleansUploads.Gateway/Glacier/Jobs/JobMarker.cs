using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>The marker of a list of jobs: the position of the last job of a page. It stays valid when that job expires. 16 hex
/// digits for the time in ticks, then the job's ID.</summary>
internal static class JobMarker
{
    private const int TimeChars = 16;

    /// <summary>Formats a position.</summary>
    public static string Format(JobCursor cursor) =>
        cursor.CreatedAt.UtcTicks.ToString("x16", CultureInfo.InvariantCulture) + cursor.Job;

    /// <summary>Parses the result of <see cref="Format"/>.</summary>
    public static bool TryParse(string text, out JobCursor cursor)
    {
        cursor = default;
        if (text.Length <= TimeChars
            || !long.TryParse(
                text.AsSpan(0, TimeChars), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var ticks)
            || ticks < DateTime.MinValue.Ticks
            || ticks > DateTime.MaxValue.Ticks
            || !JobId.TryParse(text[TimeChars..], out var job))
        {
            return false;
        }

        cursor = new JobCursor(new DateTimeOffset(ticks, TimeSpan.Zero), job);
        return true;
    }
}
