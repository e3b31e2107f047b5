using OrleansUploads.Gateway.Glacier;

namespace OrleansUploads.Dashboard;

internal static class DashboardErrors
{
    /// <summary>Describes an error that does not depend on the protocol. The messages of the vault API fit any reader; its status of a
    /// throttled request does not, because pages tell by the status what to send again.</summary>
    public static FrontError Describe(HttpError error)
    {
        var described = GlacierHttpErrors.Describe(error);
        return error is HttpError.Throttled
            ? new FrontError(StatusCodes.Status429TooManyRequests, described.Code, described.Message) { RetryAfter = described.RetryAfter }
            : described;
    }

    /// <summary>There is nothing at this path.</summary>
    public static FrontError NotFound(string path) =>
        new(StatusCodes.Status404NotFound, "NotFound", $"The dashboard has nothing at '{path}'.");

    /// <summary>The request needs a session.</summary>
    public static FrontError NotSignedIn =>
        new(StatusCodes.Status401Unauthorized, "NotSignedIn", "You are not signed in, or your session has ended. Sign in again.");

    /// <summary>The key, the secret or the challenge is wrong, or the challenge was used before.</summary>
    public static FrontError SignInFailed => new(
        StatusCodes.Status403Forbidden,
        "SignInFailed",
        "The access key and the secret do not match, or signing in took too long, or the proof was used before. Try again.");

    /// <summary>The request did not come from the dashboard's own page.</summary>
    public static FrontError ForeignOrigin(string origin) => new(
        StatusCodes.Status403Forbidden, "ForeignOrigin", $"The request came from '{origin}' and not from the dashboard's own page.");

    /// <summary>Too many attempts to sign in have failed.</summary>
    public static FrontError TooManyFailures(TimeSpan wait) => new(
        StatusCodes.Status429TooManyRequests,
        "TooManyFailures",
        "Too many attempts to sign in with this key from your address have failed. Wait a few minutes and try again.")
    {
        RetryAfter = wait,
    };

    /// <summary>Too many live views are open.</summary>
    public static FrontError TooManyViews => new(
        StatusCodes.Status429TooManyRequests, "TooManyViews", "Too many live views are open. Close some tabs with the dashboard.")
    {
        RetryAfter = TimeSpan.FromSeconds(10),
    };

    /// <summary>The scope of the key does not include the request.</summary>
    public static FrontError KeyNotPermitted(DashboardCall call) => new(
        StatusCodes.Status403Forbidden,
        "AccessDenied",
        $"The access key {call.AccessKeyId} is for {call.Scope} of the account {call.Account} and does not permit this.");
}
