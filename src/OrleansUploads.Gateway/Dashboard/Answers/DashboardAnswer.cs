using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Dashboard.Answers;

/// <summary>A response of the dashboard, not yet written.</summary>
internal abstract class DashboardAnswer : FrontAnswer
{
    /// <summary>Lets an operation return an error directly.</summary>
    public static implicit operator DashboardAnswer(FrontError error) => new DashboardErrorAnswer(error);
}
