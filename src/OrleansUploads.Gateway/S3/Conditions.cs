using Microsoft.Extensions.Primitives;
using OrleansUploads.Core.Keys;

namespace OrleansUploads.Gateway.S3;

/// <summary>The conditions in a request's headers.</summary>
internal static class Conditions
{
    private const string IfMatch = "If-Match";
    private const string IfNoneMatch = "If-None-Match";
    private const string IfModifiedSince = "If-Modified-Since";
    private const string IfUnmodifiedSince = "If-Unmodified-Since";

    /// <summary>Stands for a text that cannot be an ETag, and so matches none.</summary>
    private static readonly ObjectETag Impossible = new(default, int.MaxValue);

    /// <summary>Reads the condition of a request that writes or deletes. The key's leaf evaluates it.</summary>
    public static PublishCondition? ReadWrite(S3Call call)
    {
        var match = call.Header(IfMatch);
        var noneMatch = call.Header(IfNoneMatch);
        var isDeletion = call.Request.Method == "DELETE";
        if (noneMatch is not null && (isDeletion || noneMatch != "*" || match is not null))
        {
            throw S3Error.HeaderNotImplemented(match is null ? IfNoneMatch : $"{IfMatch},{IfNoneMatch}", noneMatch);
        }

        foreach (var name in (string[])[IfUnmodifiedSince, IfModifiedSince])
        {
            if (call.Header(name) is { } time)
            {
                throw S3Error.HeaderNotImplemented(name, time);
            }
        }

        return noneMatch is not null || call.OnlyAdds ? PublishCondition.MustBeAbsent : match is not null ? Matching(match) : null;
    }

    /// <summary>Whether the headers of a request that writes say that it creates an object.</summary>
    public static bool ForbidsReplacing(IHeaderDictionary headers) => headers[IfNoneMatch] == new StringValues("*");

    /// <summary>Whether they have a condition on the object that there is.</summary>
    public static bool HasWrite(IHeaderDictionary headers) => headers.ContainsKey(IfMatch) || headers.ContainsKey(IfNoneMatch);

    /// <summary>The condition that the key's object has an ETag, with or without quotes. An asterisk stands for any.</summary>
    public static PublishCondition Matching(string tag) => tag.Trim() == "*"
        ? PublishCondition.MustBePresent
        : new(ObjectETag.TryParse(tag.Trim().Trim('"'), out var parsed) ? parsed : Impossible);

    /// <summary>Evaluates the conditions of a request that reads. Returns the one that does not hold with its status, 304 or
    /// 412; null if all hold.</summary>
    /// <param name="tag">Of the object that is read.</param>
    /// <param name="modifiedAt">When the object was completed.</param>
    /// <param name="prefix">What the names of the headers begin with.</param>
    /// <remarks>In the precedence of RFC 9110, section 13.2.2. A time in the future in If-Modified-Since is ignored, as at Amazon: it says
    /// nothing about what the client has.</remarks>
    public static (int Status, string Condition)? Evaluate(S3Call call, ObjectETag tag, DateTimeOffset modifiedAt, string prefix = "")
    {
        var modified = S3Date.WholeSeconds(modifiedAt);
        if (call.Header(prefix + IfMatch) is { } match)
        {
            if (!Matches(match, tag))
            {
                return (StatusCodes.Status412PreconditionFailed, prefix + IfMatch);
            }
        }
        else if (S3Date.FromHeader(call.Header(prefix + IfUnmodifiedSince)) is { } unmodifiedSince && modified > unmodifiedSince)
        {
            return (StatusCodes.Status412PreconditionFailed, prefix + IfUnmodifiedSince);
        }

        if (call.Header(prefix + IfNoneMatch) is { } noneMatch)
        {
            return Matches(noneMatch, tag) ? (StatusCodes.Status304NotModified, prefix + IfNoneMatch) : null;
        }

        // The clock of another silo may have set the object's time.
        return S3Date.FromHeader(call.Header(prefix + IfModifiedSince)) is { } modifiedSince
            && modified <= modifiedSince
            && (modifiedSince <= call.Services.Time.GetUtcNow() || modifiedSince == modified)
                ? (StatusCodes.Status304NotModified, prefix + IfModifiedSince)
                : null;
    }

    public static S3Error Failed(string condition) => new(
        S3ErrorCode.PreconditionFailed, "At least one of the pre-conditions you specified did not hold", ("Condition", condition));

    public static string NameOfWrite(S3Call call) => call.Header(IfNoneMatch) is null ? IfMatch : IfNoneMatch;

    /// <summary>Whether the range of a request applies: it has no If-Range, or the object is the one that it names.</summary>
    public static bool RangeApplies(S3Call call, ObjectETag tag, DateTimeOffset modifiedAt) =>
        call.Header("If-Range") is not { } text
        || text == $"\"{tag}\""
        || S3Date.FromHeader(text) == S3Date.WholeSeconds(modifiedAt);

    private static bool Matches(string list, ObjectETag tag)
    {
        var text = tag.ToString();
        foreach (var entry in list.Split(','))
        {
            var trimmed = entry.Trim();
            trimmed = trimmed.StartsWith("W/", StringComparison.Ordinal) ? trimmed[2..] : trimmed;
            if (trimmed == "*" || trimmed.Trim('"') == text)
            {
                return true;
            }
        }

        return false;
    }
}
