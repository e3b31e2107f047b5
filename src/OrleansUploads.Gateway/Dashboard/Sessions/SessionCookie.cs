using OrleansUploads.Gateway.Dashboard.Protocol;

namespace OrleansUploads.Gateway.Dashboard.Sessions;

/// <summary>The cookie with the token of a session. Scripts cannot read it, and no other site's page can send it.</summary>
internal static class SessionCookie
{
    /// <summary>The cookie's name.</summary>
    public const string Name = "orleans-uploads-session";

    /// <summary>The token of a request, or null.</summary>
    public static string? Read(HttpRequest request) => request.Cookies[Name];

    /// <summary>Gives the token to the browser until it is closed.</summary>
    public static void Write(HttpContext context, string token) => context.Response.Cookies.Append(Name, token, Options(context));

    /// <summary>Takes the token from the browser.</summary>
    public static void Delete(HttpContext context) => context.Response.Cookies.Delete(Name, Options(context));

    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/" + DashboardRoute.Root,
        IsEssential = true,
    };
}
